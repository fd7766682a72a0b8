package main

deny := "text"
