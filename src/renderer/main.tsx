import '@mantine/core/styles.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/images.css'
import './styles/sheets.css'
import './styles/publish.css'
import './styles/repositories.css'
import './styles/registries.css'
import './styles/tagging.css'
import './styles/doctor.css'
import './styles/getting.css'
import './styles/delivery.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connect } from './connect.ts'
import { languageOf, useSettings } from './settings.ts'
import { startWords } from './words/words.ts'

const language = languageOf(useSettings.getState().language)
document.documentElement.lang = language
const root = document.getElementById('root')
if (root) {
  void startWords(language).then(() => createRoot(root).render(<App client={connect()} />))
}
