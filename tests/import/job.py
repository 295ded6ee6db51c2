import json, time, threading, hashlib, sys
sys.path.insert(0, ".")
import shop
class Till:
    def ring(self, n):
        return [shop.price(i) for i in range(n)]
def dump(): return json.dumps([{"a": i} for i in range(3000)])
def nap(): time.sleep(0.1)
def deep(n): return shop.price(50) if n == 0 else deep(n-1)
def main():
    end = time.time()+1.0
    while time.time() < end:
        Till().ring(30); dump(); hashlib.sha256(b"x"*1000000).hexdigest(); nap(); deep(150)
if __name__ == "__main__":
    main()
