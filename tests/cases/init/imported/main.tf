import {
  to = random_pet.x
  id = "a"
}
