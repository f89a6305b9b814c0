"""The people of a society: a drawn population, or the people of a contact log."""
