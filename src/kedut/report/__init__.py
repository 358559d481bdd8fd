"""An assessment shown: on a terminal, as a page, and the knowledge as reference pages."""
