"""The report on a survey (Laporan Hasil SKM), chapters I to V: its facts from the release, its own words from the office."""
