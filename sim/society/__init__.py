"""Who there is: a drawn population, or the people of a contact log."""
