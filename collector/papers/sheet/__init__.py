"""The official tabulation sheet: a workbook that works out the index before its reader's eyes, and comes to the published one."""
