"""The store: articles, their records and what several outlets say of one act, in SQLite or PostgreSQL."""
