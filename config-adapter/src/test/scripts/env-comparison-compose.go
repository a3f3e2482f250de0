// Prints the value of K in the .env file that is its argument, as JSON, read by the parser of Docker Compose.
//
// Build it next to a checkout of github.com/compose-spec/compose-go, and name the program in COMPOSE_READER for
// env-comparison.py.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	values, err := dotenv.Parse(file)
	if err != nil {
		os.Exit(3)
	}
	if value, ok := values["K"]; ok {
		text, _ := json.Marshal(value)
		fmt.Print(string(text))
	} else {
		os.Exit(4)
	}
}
