"""What a unit hands in for PEKPPP (PermenPAN-RB 29/2022 jo. 4/2023): evidence by indicator, the level it comes to, and why."""
