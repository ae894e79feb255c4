"""An edition is made: staged, assembled by Jupyter Book, checked, published."""
