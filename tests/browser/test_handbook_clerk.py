"""The clerk's part of the handbook, done as it says."""

from tests.browser.handbook import take_picture


def test_a_sunday_filed(book_county, page, sheet):
    sheet(page)
    take_picture(page, "clerk-sheet.png", marked=page.locator("#GT01-o"))
