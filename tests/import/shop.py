def price(k):
    total = 0
    for i in range(3000):
        total += i * k % 7
    return total
