"""Files of many kinds become recordings and films; one module a format, `opening` the way in."""
