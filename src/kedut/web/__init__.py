"""The door for browsers and programs: parse, call, show."""
