"""The whole way in one function (`pipeline`), its result in one type (`assessment`)."""
