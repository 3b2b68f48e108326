"""The screens of complaints: of making one, and of an earlier one."""
