"""TLS as a client meets it: which validated chains a server shows, to whom, and at which address."""
