package other

deny contains "never" if input.never
