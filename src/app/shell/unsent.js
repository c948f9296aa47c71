// Before one signs out: how many messages wait in this browser to be sent. What it keeps goes with the session, also
// where it does not heed the header that says so, over plain HTTP.
{
  const note = document.getElementById("unsent");
  try {
    const count = JSON.parse(localStorage.getItem("parlour.outbox")).length;
    if (count) {
      note.append(count);
      note.hidden = false;
    }
  } catch {}
  addEventListener("submit", () => {
    try {
      localStorage.clear();
    } catch {}
  });
}
