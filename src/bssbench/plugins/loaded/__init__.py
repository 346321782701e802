"""The package below which a user's files are imported: none of them lies here."""
