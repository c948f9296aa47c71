// The style of what the script puts into the page; the server prints it before the script (`composer.css`).

declare const STYLE: string;
