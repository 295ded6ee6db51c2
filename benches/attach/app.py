"""A web application that computes for about a millisecond."""


def price(count):
    return sum(i * i % 7 for i in range(count))


def application(environ, start_response):
    body = str(price(12_000)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
