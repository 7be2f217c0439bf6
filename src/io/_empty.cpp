namespace nubox {}
