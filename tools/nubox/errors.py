"""What goes wrong with files, headers and arrays. All are ValueErrors, so `except nubox.NuboxError` catches each."""


class NuboxError(ValueError):
    """Base of the errors of this package."""


class NuboxFileError(NuboxError):
    """A file that is not a valid nubox file; the text names the file and the reason."""


class HeaderError(NuboxError):
    """A header with a number that is missing, out of range or of another type; the text names it."""


class ArrayError(NuboxError):
    """An array that is no field: wrong shape, empty, masked, complex or not numbers; the text names it."""
