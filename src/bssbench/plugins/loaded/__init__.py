"""The package below which a user's files are imported from their own folders."""
