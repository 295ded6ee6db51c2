module finder

go 1.22
