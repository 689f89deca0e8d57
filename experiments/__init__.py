"""The runs behind the posts: each family is a folder, each experiment a file."""
