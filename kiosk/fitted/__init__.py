"""What the kiosk is fitted with: how it is opened, and how its microphone is used."""
