"""What money buys, and the page that a minister reads: one price, and numbers that add up."""


def test_an_hour_of_an_h100_has_one_price_in_the_book(run_chapter):
    priced = run_chapter("policy").results["price"]
    listed = run_chapter("causes").results["h100_last"]
    assert (priced.value, priced.low, priced.high) == (listed.value, listed.low, listed.high)
