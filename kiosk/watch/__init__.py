"""How the kiosk is: health, housekeeping, watchdog, status from outside, and the doctor."""
