// The status pages: a secret link hands its secret over, and leaves the address bar at once.

const SECRET = /^[A-Za-z0-9_-]{20,100}$/;

const form = document.getElementById("by-link-form");
const field = document.getElementById("secret");

function handOver(secret) {
  field.value = secret;
  form.submit();
}

const given = decodeURIComponent(location.hash.slice(1));
if (form && SECRET.test(given)) {
  history.replaceState(null, "", location.pathname);
  handOver(given);
}

// A whole link that is pasted: what stands behind the # is the secret.
form?.addEventListener("submit", () => {
  const pasted = field.value.trim();
  if (pasted.includes("#")) field.value = pasted.slice(pasted.lastIndexOf("#") + 1);
});

const copy = document.getElementById("copy-link");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("made-link").value);
    copy.textContent = copy.dataset.done;
  });
}
