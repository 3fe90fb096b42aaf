import {
  IconBrandAws,
  IconBrandAzure,
  IconBrandDocker,
  IconBrandGithub,
  IconBrandGitlab,
  IconBrandGoogle,
  IconBrandRedhat,
  IconBuildingWarehouse,
  IconCloud,
  IconMug,
  IconShip,
  type TablerIcon,
} from '@tabler/icons-react'
import type { PresetId } from '../../shared/presets.ts'

export const PRESET_ICONS: Readonly<Record<PresetId, TablerIcon>> = {
  hub: IconBrandDocker,
  github: IconBrandGithub,
  gitlab: IconBrandGitlab,
  gitlabOwn: IconBrandGitlab,
  ecr: IconBrandAws,
  ecrPublic: IconBrandAws,
  google: IconBrandGoogle,
  azure: IconBrandAzure,
  harbor: IconShip,
  artifactory: IconBuildingWarehouse,
  quay: IconBrandRedhat,
  gitea: IconMug,
  own: IconCloud,
}
