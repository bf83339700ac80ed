"""Ingestion (摄取): strangers' files → documents, clauses, tables, facts and links in a SQLite workspace."""
