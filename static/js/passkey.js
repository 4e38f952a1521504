// A form that the browser's passkeys fill: [data-passkey] says whether one is made or used. Its options come with the
// page, or are asked for at the form's own address; what the passkey answers is sent in its field `credential`.
const from64 = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const to64 = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const known = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: from64(one.id) }));

const optionsOf = async (form) => {
  if (form.dataset.options) return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The options were refused with ${answer.status}.`);
  return (await answer.json()).request_options.publicKey;
};

const made = (options, alone) =>
  navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: from64(options.challenge),
      user: { ...options.user, id: from64(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
      authenticatorSelection: {
        ...options.authenticatorSelection,
        residentKey: alone ? "required" : "discouraged",
        requireResidentKey: alone,
        userVerification: alone ? "required" : "preferred",
      },
    },
  });

const used = (options) =>
  navigator.credentials.get({
    publicKey: { ...options, challenge: from64(options.challenge), allowCredentials: known(options.allowCredentials) },
  });

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

const written = (credential) => ({
  id: credential.id,
  rawId: to64(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: Object.fromEntries(
    PARTS.filter((part) => credential.response[part]).map((part) => [part, to64(credential.response[part])]),
  ),
});

// The browser tells neither why nor which: it must not help a page to find out.
const WORDS = {
  NotAllowedError: "Nothing was done: the passkey was not given, or it took too long. Try again when you are ready.",
  InvalidStateError: "This device has a passkey for you already. Use that one, or add one from another device.",
  SecurityError: "Passkeys do not work at this address. Open Parley at its https address.",
};

const say = (form, error) => {
  const place = form.querySelector("[data-passkey-error]");
  place.textContent = WORDS[error.name] ?? "The passkey could not be read. Try again, or use another way.";
  place.hidden = false;
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const options = await optionsOf(form);
      const making = form.dataset.passkey === "made";
      const credential = await (making ? made(options, form.elements.passwordless.checked) : used(options));
      form.elements.credential.value = JSON.stringify(written(credential));
      form.submit();
    } catch (error) {
      say(form, error);
      button.disabled = false;
    }
  });
}
