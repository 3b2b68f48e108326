"""Public notices of complaints by Open311 GeoReport v2, for reading only."""
