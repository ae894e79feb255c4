"""An edition is assembled: chapters staged as they ran, pages made, checked and published."""
