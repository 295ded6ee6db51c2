module wrong-port

go 1.22
