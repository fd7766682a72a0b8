#!/bin/sh
# Reads the manifest, writes it with a mark.
[ "$1" = fail ] && { echo "no such mark" >&2; exit 3; }
sed "s/nginx:1/nginx:$1/"
