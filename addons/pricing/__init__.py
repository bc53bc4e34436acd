"""What an exchange cost, and how large its model's context window is (SPEC S3.26).

In: who sold it (`provider`), which model, LOGFORMAT's `usage`, when. Out: dollars, rates, tokens; None where it is not
known, never zero for that. Ask a `PriceBook` (book.py); prices/ has the prices, and says where they are from.
"""
