"""What a person asked us to keep: sealed bytes in a database, opened by a link only they have.

Knows bytes and schema, no assessments. `store.open_store` is the way in; `keys` holds the server's
keys, `token` the secret in the link, `errors` what can go wrong, `place` where the file stands.
"""
