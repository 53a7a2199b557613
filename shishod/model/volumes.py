"""What stands before the place of a book in its series, in the languages of shelves; rows of regular expressions."""

BOOKS = (
    r"books?|bk\.?|vol(?:ume|umen)?\.?|band|bd\.?|buch|tome|tomo|livre|libro|livro|boek|deel|dl\.|bok|bind|tom|księga"
    r"|díl|kniha|том|книга"
)
PARTS = r"part|teil|parte|partie|część|часть"  # which may also be pieces of one book
_ISSUES = r"v\.|no\.?|nr\.?|n[°º]|episode|folge|heft"
VOLUME = rf"(?:{BOOKS}|{_ISSUES}|{PARTS})"
PART = rf"(?:{PARTS})"
