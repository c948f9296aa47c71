// A password is shown while somebody wants to see it, and hidden again before it is sent: a browser keeps what is typed
// into a field of text, and no password is to be among that.
{
  const turn = (button) => {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    const isShown = field.type == "password";
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", isShown);
  };
  for (const button of document.querySelectorAll(".reveal")) button.hidden = false;
  addEventListener("click", ({ target }) => target.matches(".reveal") && turn(target));
  const hide = ({ target }) => target.querySelectorAll(".reveal[aria-pressed=true]").forEach(turn);
  addEventListener("submit", hide, true);
}
