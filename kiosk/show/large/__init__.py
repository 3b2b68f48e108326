"""What large text does otherwise: long texts are read page by page instead of in smaller type."""
