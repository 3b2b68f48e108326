"""Who sends, and for whom: regions, agencies, units, places, services, kiosks, their keys, settings and health."""
