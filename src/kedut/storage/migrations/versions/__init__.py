"""One file a schema, in the order of their numbers; a released one is never changed."""
