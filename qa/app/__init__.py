"""The Streamlit app: pages (`ask`, `search`, `library`, `calculators`, `match`, `evaluation`, `admin`) and what they share.

`state` holds what is the server's and what is a session's; `escape` is the one way from a stranger's text to a page or a
file; `views` shows clauses and documents; `forms` and `tables` are made from the calculators' own descriptions; `intake`
takes files in. Pages call `Engine` and the calculators, and nothing further left.
"""
