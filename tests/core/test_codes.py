from core.codes import ALPHABET, new_code


def test_new_code_has_eight_unmistakable_characters():
    code = new_code()

    assert (len(code), set(code) <= set(ALPHABET)) == (8, True)
    assert set("01ilo") & set(ALPHABET) == set()
