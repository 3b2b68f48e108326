"""What the collector has set for this kiosk, and the plan of a visit that follows from it."""
