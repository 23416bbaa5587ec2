// Passkeys: asks the browser for one, puts its answer into the form, and sends
// the form. Everything else is said by the page.

const supported = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function ask(kind, address) {
	const response = await fetch(address, { method: 'POST' });
	if (!response.ok) throw new Error(`the portal answers ${response.status}`);
	const options = await response.json();
	return kind === 'create'
		? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
		: navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

for (const box of supported ? document.querySelectorAll('[data-passkey]') : []) {
	const button = box.querySelector('button');
	const field = box.querySelector('input');
	const failed = box.querySelector('[role=alert]');
	box.querySelector('[data-shown=yes]').hidden = false;
	box.querySelector('[data-shown=no]').hidden = true;
	button.addEventListener('click', async () => {
		if (box.dataset.passkey === 'create' && !button.form.reportValidity()) return;
		failed.hidden = true;
		button.disabled = true;
		try {
			field.value = JSON.stringify(await ask(box.dataset.passkey, box.dataset.options));
			// not button.form.submit: a field of that name would stand in its place
			HTMLFormElement.prototype.submit.call(button.form);
		} catch {
			failed.hidden = false;
		} finally {
			button.disabled = false;
		}
	});
}
