"""The catalogue in a database: SQLite by default, PostgreSQL by choice; the only room that speaks SQL."""
