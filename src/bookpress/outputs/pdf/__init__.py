"""The book and each of its chapters as PDF."""

from bookpress.formats import Format

FORMAT = Format(
    "pdf",
    "bookpress.outputs.pdf.pdf",
    title="PDF",
    what="to print or keep",
    media_type="application/pdf",
    book="pdf/{stem}.pdf",
    chapter="{docname}.pdf",
    needs="bookpress.outputs.pdf.pdf:missing",
    needs_layout=True,
    order=10,
)
